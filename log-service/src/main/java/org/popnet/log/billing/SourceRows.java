package org.popnet.log.billing;

import java.time.LocalDate;
import java.util.List;
import org.springframework.data.repository.Repository;

interface SourceRows extends Repository<SourceRow, SourceRow.Key> {
    List<SourceRow> findByCustomerAndMonthOrderByPathAscServerAsc(String customer, LocalDate month);
}
