package org.popnet.log.billing;

import java.time.LocalDate;
import java.util.List;
import org.springframework.data.repository.Repository;

interface StatementRows extends Repository<StatementRow, StatementRow.Key> {
    List<StatementRow> findByCustomerOrderByMonthDesc(String customer);

    List<StatementRow> findByCustomerAndMonth(String customer, LocalDate month);
}
