package org.popnet.admin.flush;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface ReceiptRepository extends JpaRepository<Receipt, ReceiptId> {
    @Query("""
            select r from Receipt r where r.id.site = :site and r.id.number between :first and :last
            order by r.id.number, r.service desc, r.id.node""")
    List<Receipt> between(String site, long first, long last);

    @Query("select distinct r.id.node from Receipt r where r.state <> DONE")
    List<String> owing();

    @Query("""
            select r.id.site as site, max(r.id.number) as number from Receipt r
            where r.id.node = :node and r.state <> DONE group by r.id.site order by r.id.site""")
    List<SiteNumber> owed(String node, Limit limit);

    @Modifying
    @Query("""
            update Receipt r set r.state = DONE, r.objects = :objects, r.tookMs = :tookMs, r.detail = ''
            where r.id = :id and r.state <> DONE""")
    void done(ReceiptId id, long objects, long tookMs);

    @Modifying
    @Query("""
            update Receipt r set r.state = DONE, r.detail = :detail
            where r.id.node = :node and r.id.site = :site and r.id.number <= :watermark
              and r.state <> DONE""")
    void doneUpTo(String node, String site, long watermark, String detail);

    @Modifying
    @Query("""
            update Receipt r set r.state = FAILED, r.tookMs = :tookMs, r.detail = :detail
            where r.id = :id and r.state <> DONE""")
    void failed(ReceiptId id, long tookMs, String detail);

    @Modifying
    @Query("update Receipt r set r.state = DONE, r.detail = :detail where r.id.node = :node and r.state <> DONE")
    void settle(String node, String detail);
}
