package org.popnet.log.audience;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sorts user agents into a few dozen families by the product names in them, the first that matches in the order below.
 * It is a rough cut, not a device database: a client that calls itself something else is counted as that, everything
 * unknown as {@code other}, and anything that names itself a robot as {@code other bot}.
 */
final class AgentFamily {
    static final String NONE = "none";
    static final String OTHER = "other";

    private record Rule(String part, String family) {}

    /** Browsers name those that they descend from, so the more special stand first. Parts are in lower case. */
    private static final List<Rule> RULES = List.of(
            new Rule("googlebot", "Googlebot"),
            new Rule("bingbot", "Bingbot"),
            new Rule("yandexbot", "YandexBot"),
            new Rule("baiduspider", "Baiduspider"),
            new Rule("duckduckbot", "DuckDuckBot"),
            new Rule("applebot", "Applebot"),
            new Rule("gptbot", "GPTBot"),
            new Rule("claudebot", "ClaudeBot"),
            new Rule("ccbot", "CCBot"),
            new Rule("ahrefsbot", "AhrefsBot"),
            new Rule("semrushbot", "SemrushBot"),
            new Rule("facebookexternalhit", "Facebook preview"),
            new Rule("twitterbot", "Twitterbot"),
            new Rule("slackbot", "Slackbot"),
            new Rule("whatsapp", "WhatsApp"),
            new Rule("uptimerobot", "UptimeRobot"),
            new Rule("bot", "other bot"),
            new Rule("spider", "other bot"),
            new Rule("crawler", "other bot"),
            new Rule("curl/", "curl"),
            new Rule("wget/", "Wget"),
            new Rule("python-requests", "Python"),
            new Rule("python-urllib", "Python"),
            new Rule("aiohttp", "Python"),
            new Rule("go-http-client", "Go"),
            new Rule("okhttp", "OkHttp"),
            new Rule("apache-httpclient", "Apache HttpClient"),
            new Rule("java-http-client", "Java"),
            new Rule("java/", "Java"),
            new Rule("axios/", "Node.js"),
            new Rule("node-fetch", "Node.js"),
            new Rule("undici", "Node.js"),
            new Rule("applecoremedia", "Apple media player"),
            new Rule("exoplayer", "ExoPlayer"),
            new Rule("vlc/", "VLC"),
            new Rule("lavf/", "FFmpeg"),
            new Rule("cfnetwork", "Apple app"),
            new Rule("dalvik", "Android app"),
            new Rule("edg/", "Edge"),
            new Rule("edga/", "Edge"),
            new Rule("edgios/", "Edge"),
            new Rule("opr/", "Opera"),
            new Rule("opera", "Opera"),
            new Rule("samsungbrowser/", "Samsung Internet"),
            new Rule("yabrowser/", "Yandex Browser"),
            new Rule("vivaldi/", "Vivaldi"),
            new Rule("ucbrowser/", "UC Browser"),
            new Rule("electron/", "Electron"),
            new Rule("headlesschrome/", "headless Chrome"),
            new Rule("fxios/", "Firefox"),
            new Rule("firefox/", "Firefox"),
            new Rule("crios/", "Chrome"),
            new Rule("chrome/", "Chrome"),
            new Rule("chromium/", "Chrome"),
            new Rule("trident/", "Internet Explorer"),
            new Rule("msie ", "Internet Explorer"),
            new Rule("safari/", "Safari"),
            new Rule("applewebkit/", "Apple WebKit"));

    private AgentFamily() {}

    static String of(@Nullable String userAgent) {
        if (userAgent == null || userAgent.isBlank()) {
            return NONE;
        }
        String lower = userAgent.toLowerCase(Locale.ROOT);
        for (Rule rule : RULES) {
            if (lower.contains(rule.part())) {
                return rule.family();
            }
        }
        return OTHER;
    }
}
