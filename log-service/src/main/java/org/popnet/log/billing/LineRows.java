package org.popnet.log.billing;

import java.time.LocalDate;
import java.util.List;
import org.springframework.data.repository.Repository;

interface LineRows extends Repository<LineRow, LineRow.Key> {
    List<LineRow> findByCustomerAndMonthOrderByDomainAscPopAsc(String customer, LocalDate month);
}
