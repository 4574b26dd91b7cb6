package org.popnet.log.audience;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.popnet.log.sketch.HeavyHitters;

/** A summary as it stands in a row's {@code total, error, keys, counts, bytes}. */
final class StoredTop {
    private StoredTop() {}

    static HeavyHitters read(ResultSet row, int capacity) throws SQLException {
        String[] keys = (String[]) row.getArray("keys").getArray();
        Long[] counts = (Long[]) row.getArray("counts").getArray();
        Long[] bytes = (Long[]) row.getArray("bytes").getArray();
        List<HeavyHitters.Counter> counters = new ArrayList<>(keys.length);
        for (int i = 0; i < keys.length; i++) {
            counters.add(new HeavyHitters.Counter(keys[i], counts[i], bytes[i]));
        }
        return new HeavyHitters(capacity, row.getLong("total"), row.getLong("error"), counters);
    }
}
