package org.popnet.probe.check;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.popnet.probe.check.Outcome.Failure;

/**
 * What a probe needs of an HLS playlist (RFC 8216): a master playlist's first variant, or a media playlist's first
 * segment.
 *
 * @param variant its URI; null for a media playlist
 * @param segment its URI; null for a master playlist, and where there is none
 * @param range of bytes that the segment is; null if it is the whole resource
 */
record Playlist(
        @Nullable String variant,
        @Nullable String segment,
        @Nullable String range) {
    private static final Pattern BYTE_RANGE = Pattern.compile("#EXT-X-BYTERANGE:([0-9]{1,12})(?:@([0-9]{1,12}))?");

    static Playlist parse(String text) throws CheckFailedException {
        List<String> lines = text.lines().map(String::strip).toList();
        if (lines.isEmpty() || !lines.getFirst().equals("#EXTM3U")) {
            throw new CheckFailedException(
                    Failure.PLAYLIST, "the answer is no playlist: it does not begin with #EXTM3U");
        }
        boolean variantFollows = false;
        boolean segmentFollows = false;
        String range = null;
        for (String line : lines) {
            if (line.startsWith("#EXT-X-STREAM-INF")) {
                variantFollows = true;
            } else if (line.startsWith("#EXTINF")) {
                segmentFollows = true;
            } else if (line.startsWith("#EXT-X-BYTERANGE")) {
                range = range(line);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                if (variantFollows) {
                    return new Playlist(line, null, null);
                }
                if (segmentFollows) {
                    return new Playlist(null, line, range);
                }
            }
        }
        return new Playlist(null, null, null);
    }

    private static @Nullable String range(String line) {
        Matcher matcher = BYTE_RANGE.matcher(line);
        if (!matcher.matches()) {
            return null;
        }
        long from = matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2));
        return from + "-" + (from + Long.parseLong(matcher.group(1)) - 1);
    }
}
