package org.popnet.admin.flush;

/** A site and the number of one of its flushes. */
interface SiteNumber {
    String getSite();

    long getNumber();
}
