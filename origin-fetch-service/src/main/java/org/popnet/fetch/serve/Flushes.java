package org.popnet.fetch.serve;

/** What is known here of a site's flushes, as far as answers depend on it. */
interface Flushes {
    /**
     * Whether it is known which flushes of a site were missed before the start: until then, what was stored before is not
     * used.
     */
    boolean learnt(String site);

    /**
     * Sees to it that the store is past this flush of the site, catching up if it is behind. May wait for seconds.
     *
     * @return false if it cannot be: the store must be bypassed
     */
    boolean reached(String site, long watermark);
}
