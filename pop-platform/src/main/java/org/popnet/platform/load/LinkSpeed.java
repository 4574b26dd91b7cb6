package org.popnet.platform.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the network link of an address carries, as Linux knows it; a loopback or virtual one may not say. */
final class LinkSpeed {
    private LinkSpeed() {}

    /** @return bytes per second; 0 if that is not known */
    static double bytesPerSecond(InetAddress address) {
        try {
            NetworkInterface link = NetworkInterface.getByInetAddress(address);
            if (link == null || link.isLoopback()) {
                return 0;
            }
            String name = link.getName().replaceAll(":.*", ""); // an alias is the same link
            Path speed = Path.of("/sys/class/net", name, "speed");
            long mbit = Long.parseLong(Files.readString(speed).strip());
            return mbit > 0 ? mbit * 1e6 / 8 : 0;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
