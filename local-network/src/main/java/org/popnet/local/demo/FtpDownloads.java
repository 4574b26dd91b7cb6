package org.popnet.local.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.apache.ftpserver.ConnectionConfigFactory;
import org.apache.ftpserver.DataConnectionConfigurationFactory;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.ConcurrentLoginPermission;

/** The downloads by anonymous, read-only FTP (RFC 959, passive mode). */
final class FtpDownloads {
    private static final int LOGINS_MAX = 50;

    private FtpDownloads() {}

    static void start(InetAddress address, int port, Path downloads) throws IOException {
        DataConnectionConfigurationFactory data = new DataConnectionConfigurationFactory();
        data.setActiveEnabled(false);
        data.setPassiveAddress(address.getHostAddress());
        data.setPassiveExternalAddress(address.getHostAddress());
        data.setPassivePorts((port + 1) + "-" + (port + LOGINS_MAX));
        ListenerFactory listener = new ListenerFactory();
        listener.setServerAddress(address.getHostAddress());
        listener.setPort(port);
        listener.setIdleTimeout(60);
        listener.setDataConnectionConfiguration(data.createDataConnectionConfiguration());
        ConnectionConfigFactory connections = new ConnectionConfigFactory();
        connections.setAnonymousLoginEnabled(true);
        connections.setMaxAnonymousLogins(LOGINS_MAX);
        BaseUser anonymous = new BaseUser();
        anonymous.setName("anonymous");
        anonymous.setHomeDirectory(downloads.toString());
        anonymous.setAuthorities(List.of(new ConcurrentLoginPermission(LOGINS_MAX, LOGINS_MAX)));
        FtpServerFactory factory = new FtpServerFactory();
        factory.addListener("default", listener.createListener());
        factory.setConnectionConfig(connections.createConnectionConfig());
        try {
            factory.getUserManager().save(anonymous);
            factory.createServer().start();
        } catch (FtpException e) {
            throw new IOException("cannot serve FTP on " + address.getHostAddress() + ":" + port, e);
        }
    }
}
