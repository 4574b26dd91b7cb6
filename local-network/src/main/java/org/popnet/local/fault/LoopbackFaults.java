package org.popnet.local.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.popnet.local.state.Instance;

/**
 * Cuts and thins the traffic between addresses of one test network by nftables, in a table of its own that names no
 * other address. What is dropped is dropped on arrival, so that senders notice nothing. Needs root and {@code nft}.
 */
public final class LoopbackFaults implements AutoCloseable {
    private final Instance instance;
    private final String table;
    private final Set<InetAddress> cutOff = new LinkedHashSet<>();
    private final Map<Path, Integer> losses = new LinkedHashMap<>();
    private boolean written;

    private record Path(InetAddress from, InetAddress to) {}

    public LoopbackFaults(Instance instance) {
        this.instance = instance;
        this.table = "popnet_" + instance.octets().replace('.', '_');
    }

    /** Nothing passes any more between this address and the rest of the instance; whoever watches from 127.0.0.1 sees it. */
    public synchronized void cutOff(InetAddress address) {
        cutOff.add(address);
        apply();
    }

    /** Undoes every fault of this address. */
    public synchronized void heal(InetAddress address) {
        cutOff.remove(address);
        losses.keySet().removeIf(path -> path.from.equals(address) || path.to.equals(address));
        apply();
    }

    /** @param percent of the packets on this way that are dropped at random, 0 to 100 */
    public synchronized void lose(InetAddress from, InetAddress to, int percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("loss of " + percent + " percent: must be 0 to 100");
        }
        losses.put(new Path(from, to), percent);
        apply();
    }

    /** The rules as {@code nft -f} takes them, in one transaction. */
    synchronized String rules() {
        StringBuilder rules = new StringBuilder();
        rules.append("add table ip ").append(table).append('\n');
        rules.append("delete table ip ").append(table).append('\n');
        if (cutOff.isEmpty() && losses.isEmpty()) {
            return rules.toString();
        }
        rules.append("table ip ").append(table).append(" {\n  chain arriving {\n");
        rules.append("    type filter hook input priority 0; policy accept;\n");
        for (InetAddress address : cutOff) {
            String a = address.getHostAddress();
            String others = instance.prefix();
            rules.append("    ip saddr ")
                    .append(a)
                    .append(" ip daddr ")
                    .append(a)
                    .append(" accept\n");
            rules.append("    ip saddr ")
                    .append(a)
                    .append(" ip daddr ")
                    .append(others)
                    .append(" drop\n");
            rules.append("    ip saddr ")
                    .append(others)
                    .append(" ip daddr ")
                    .append(a)
                    .append(" drop\n");
        }
        losses.forEach((path, percent) -> rules.append("    ip saddr ")
                .append(path.from.getHostAddress())
                .append(" ip daddr ")
                .append(path.to.getHostAddress())
                .append(share(percent))
                .append(" drop\n"));
        return rules.append("  }\n}\n").toString();
    }

    private static String share(int percent) {
        return percent == 100 ? "" : " numgen random mod 100 < " + percent;
    }

    private void apply() {
        if (instance.isReal()) {
            throw new FaultUnavailableException("faults are made in test networks only, never on 127.0.x.y");
        }
        run(rules());
        written = true;
    }

    private void run(String rules) {
        try {
            Process nft = new ProcessBuilder("nft", "-f", "-")
                    .redirectErrorStream(true)
                    .start();
            nft.getOutputStream().write(rules.getBytes(StandardCharsets.US_ASCII));
            nft.getOutputStream().close();
            String output = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (nft.waitFor() != 0) {
                throw new FaultUnavailableException("nft refused the rules (it needs root): " + output.strip());
            }
        } catch (IOException e) {
            throw new FaultUnavailableException("nft does not run (" + e.getMessage() + "): install nftables");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultUnavailableException("interrupted while nft ran");
        }
    }

    /** Removes the table. */
    @Override
    public synchronized void close() {
        if (written) {
            cutOff.clear();
            losses.clear();
            run(rules());
            written = false;
        }
    }
}
