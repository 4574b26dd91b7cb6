package org.popnet.platform.geo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small databases in MaxMind's format (version 2.0): IPv4, records of 24 bits. */
final class MmdbFile {
    private final List<int[]> nodes = new ArrayList<>(List.of(new int[] {-1, -1}));
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** All addresses that begin with these bytes are in this country. */
    MmdbFile country(String code, int... prefix) {
        return with(Map.of("country", Map.of("iso_code", code)), prefix);
    }

    /** All addresses that begin with these bytes are at this place. */
    MmdbFile place(double latitude, double longitude, int... prefix) {
        return with(Map.of("location", Map.of("latitude", latitude, "longitude", longitude)), prefix);
    }

    private MmdbFile with(Map<String, ?> record, int... prefix) {
        int offset = data.size();
        value(data, record);
        int node = 0;
        for (int bit = 0; bit < prefix.length * 8; bit++) {
            int side = prefix[bit / 8] >> 7 - bit % 8 & 1;
            if (bit == prefix.length * 8 - 1) {
                nodes.get(node)[side] = -2 - offset;
            } else {
                if (nodes.get(node)[side] < 0) {
                    nodes.add(new int[] {-1, -1});
                    nodes.get(node)[side] = nodes.size() - 1;
                }
                node = nodes.get(node)[side];
            }
        }
        return this;
    }

    void write(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int[] node : nodes) {
            for (int record : node) {
                // Below the number of nodes: a node; equal: nothing; above: data, after a separator of 16 bytes.
                int written = record >= 0 ? record : record == -1 ? nodes.size() : nodes.size() + 16 + (-2 - record);
                out.write(written >> 16);
                out.write(written >> 8);
                out.write(written);
            }
        }
        out.write(new byte[16]);
        data.writeTo(out);
        out.write(0xAB);
        out.write(0xCD);
        out.write(0xEF);
        out.write("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("binary_format_major_version", 2);
        metadata.put("binary_format_minor_version", 0);
        metadata.put("build_epoch", BigInteger.valueOf(1_700_000_000));
        metadata.put("database_type", "Test");
        metadata.put("description", Map.of());
        metadata.put("ip_version", 4);
        metadata.put("languages", List.of());
        metadata.put("node_count", (long) nodes.size());
        metadata.put("record_size", 24);
        value(out, metadata);
        Files.write(file, out.toByteArray());
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case String text -> {
                out.write(2 << 5 | text.length());
                out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            }
            case Double number -> {
                out.write(3 << 5 | 8);
                out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
            }
            case Integer number -> { // uint16
                out.write(5 << 5 | 2);
                out.write(number >> 8);
                out.write(number);
            }
            case Long number -> { // uint32
                out.write(6 << 5 | 4);
                for (int shift = 24; shift >= 0; shift -= 8) {
                    out.write((int) (number >> shift));
                }
            }
            case BigInteger number -> { // uint64, an extended type
                out.write(8);
                out.write(9 - 7);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    out.write((int) (number.longValueExact() >> shift));
                }
            }
            case List<?> list -> {
                out.write(list.size());
                out.write(11 - 7);
            }
            case Map<?, ?> map -> {
                out.write(7 << 5 | map.size());
                map.forEach((key, of) -> {
                    value(out, key);
                    value(out, of);
                });
            }
            default -> throw new IllegalArgumentException(value.toString());
        }
    }
}
