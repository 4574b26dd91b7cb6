package org.popnet.admin.flush;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface FlushRepository extends JpaRepository<Flush, FlushId> {
    /** Takes the site's next number; others wait until the transaction ends. */
    @Query(value = """
            insert into {h-schema}site_watermark as w (site, number) values (:site, 1)
            on conflict (site) do update set number = w.number + 1
            returning number""", nativeQuery = true)
    long nextNumber(String site);

    @Query("select f from Flush f where f.id.site = :site and f.id.number > :after order by f.id.number")
    List<Flush> after(String site, long after, Limit limit);

    @Query("select f from Flush f where f.id.site = :site order by f.id.number desc")
    List<Flush> newestFirst(String site, Limit limit);

    @Query("select f.id.site as site, max(f.id.number) as number from Flush f group by f.id.site")
    List<SiteNumber> lastNumbers();
}
