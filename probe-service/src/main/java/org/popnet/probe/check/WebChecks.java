package org.popnet.probe.check;

import java.io.IOException;
import java.util.Locale;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.check.WebClient.Answer;
import org.popnet.probe.check.WebClient.Place;

/** The checks that speak HTTP. */
final class WebChecks {
    private static final int PLAYLIST_BYTES_MAX = 1 << 20;

    private WebChecks() {}

    static void http(Check.Http check, Endpoint endpoint, Attempt attempt) throws IOException {
        Check.Expected expected = check.expected();
        boolean hashed = expected.sha256().isPresent();
        Integer stated = expected.bytesMax();
        BodyRule rule = stated == null && !hashed
                ? BodyRule.SEARCH
                : BodyRule.whole(stated == null ? BodyRule.UNSTATED_BYTES_MAX : stated, hashed);
        WebClient client = new WebClient(attempt, endpoint, check.request());
        HttpResponse response = client.get(client.start(), null, rule).response();
        status(response, expected.status());
        if (expected.text().isPresent() && !response.contains(expected.text().get())) {
            throw new CheckFailedException(
                    Failure.TEXT,
                    "the answer does not contain '" + expected.text().get() + "'");
        }
        if (expected.regex().isPresent()) {
            regex(expected.regex().get(), response);
        }
        if (hashed && !expected.sha256().get().equals(response.sha256())) {
            throw new CheckFailedException(
                    Failure.SHA256, "SHA-256 " + response.sha256() + ": not the content that was expected");
        }
    }

    private static void regex(String regex, HttpResponse response) throws CheckFailedException {
        try {
            if (!GuardedText.find(regex, response.text())) {
                throw new CheckFailedException(Failure.REGEX, "the answer does not match '" + regex + "'");
            }
        } catch (GuardedText.TooManyReadsException e) {
            throw new CheckFailedException(
                    Failure.REGEX, "'" + regex + "' takes too long on this answer: must be a simpler one");
        }
    }

    static void media(Check.Media check, Endpoint endpoint, Attempt attempt) throws IOException {
        WebClient client = new WebClient(attempt, endpoint, check.request());
        String range = "0-" + (check.bytesMax() - 1);
        HttpResponse response = client.get(client.start(), range, BodyRule.part(check.bytesMax()))
                .response();
        status(response, 206);
        throughput(check.mbitMin(), attempt);
    }

    static void hls(Check.Hls check, Endpoint endpoint, Attempt attempt) throws IOException {
        WebClient client = new WebClient(attempt, endpoint, check.request());
        Answer answer = playlist(client, client.start());
        Playlist playlist = Playlist.parse(answer.response().text());
        if (playlist.variant() != null) {
            answer = playlist(client, client.follow(answer.from(), playlist.variant()));
            playlist = Playlist.parse(answer.response().text());
        }
        if (playlist.segment() == null) {
            throw new CheckFailedException(Failure.PLAYLIST, "the playlist names no segment");
        }
        Place segment = client.follow(answer.from(), playlist.segment());
        HttpResponse response = client.get(segment, playlist.range(), BodyRule.part(check.bytesMax()))
                .response();
        status(response, playlist.range() == null ? 200 : 206);
        if (response.bytes() == 0) {
            throw new CheckFailedException(Failure.PLAYLIST, "the first segment is empty");
        }
        throughput(check.mbitMin(), attempt);
    }

    private static Answer playlist(WebClient client, Place place) throws IOException {
        Answer answer = client.get(place, null, BodyRule.whole(PLAYLIST_BYTES_MAX, false));
        status(answer.response(), 200);
        return answer;
    }

    private static void status(HttpResponse response, int expected) throws CheckFailedException {
        if (response.status() != expected) {
            throw new CheckFailedException(Failure.STATUS, "status " + response.status() + " instead of " + expected);
        }
    }

    private static void throughput(double least, Attempt attempt) throws CheckFailedException {
        double mbit = attempt.phases().mbit();
        if (least > 0 && !(mbit >= least)) {
            throw new CheckFailedException(
                    Failure.THROUGHPUT, String.format(Locale.ROOT, "%.2f Mbit/s: must be %.2f or more", mbit, least));
        }
    }
}
