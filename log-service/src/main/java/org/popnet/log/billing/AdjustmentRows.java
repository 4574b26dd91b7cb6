package org.popnet.log.billing;

import java.time.LocalDate;
import java.util.List;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface AdjustmentRows extends Repository<AdjustmentRow, AdjustmentRow.Key> {
    List<AdjustmentRow> findByCustomerAndMonthOrderByOfMonthAscDomainAscPopAsc(String customer, LocalDate month);

    @Query("""
            SELECT new org.popnet.log.billing.AdjustmentRow$Total(a.month, sum(a.requests), sum(a.bytesOut))
            FROM AdjustmentRow a WHERE a.customer = :customer GROUP BY a.month""")
    List<AdjustmentRow.Total> totals(String customer);
}
