package org.popnet.platform.tree;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SVCBBase;

/** The names that records lead to. */
final class Targets {
    private Targets() {}

    /** The name in a record's data, if its type has one. */
    static @Nullable Name of(Record record) {
        return switch (record) {
            case CNAMERecord alias -> alias.getTarget();
            case MXRecord mail -> mail.getTarget();
            case NSRecord delegation -> delegation.getTarget();
            case PTRRecord pointer -> pointer.getTarget();
            case SRVRecord service -> service.getTarget();
            case SVCBBase binding -> binding.getTargetName();
            default -> null;
        };
    }

    /** Whether the name must be one with addresses of its own and no alias (RFC 2181, 10.3; RFC 2782). */
    static boolean mustBeNoAlias(Record record) {
        return record instanceof MXRecord || record instanceof NSRecord || record instanceof SRVRecord;
    }
}
