package org.popnet.probe.check;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.apache.commons.net.MalformedServerReplyException;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPConnectionClosedException;
import org.popnet.platform.tree.Check;
import org.popnet.probe.check.Outcome.Failure;
import org.popnet.probe.timer.Timers.Cancellable;

/**
 * Logs in by FTP and takes a small file. Data connections go to the address of the control connection, whatever the
 * server says, and everything is cut at the deadline.
 */
final class FtpCheck {
    private final Check.Ftp check;
    private final Attempt attempt;
    private final Logins logins;

    FtpCheck(Check.Ftp check, Attempt attempt, Logins logins) {
        this.check = check;
        this.attempt = attempt;
        this.logins = logins;
    }

    void run(InetAddress server) throws IOException {
        Logins.Login login = logins.find(check.login());
        CutSockets sockets = new CutSockets(check.bytesMax());
        Cancellable watchdog = attempt.timers().after(attempt.remainingNanos(), sockets::cut);
        try {
            session(server, sockets, login);
        } catch (FTPConnectionClosedException | MalformedServerReplyException e) {
            throw sockets.wasCut() ? timedOut() : new CheckFailedException(Failure.PROTOCOL, message(e));
        } catch (IOException e) {
            throw sockets.wasCut() ? timedOut() : e;
        } finally {
            watchdog.cancel();
            sockets.close();
        }
    }

    private void session(InetAddress server, CutSockets sockets, Logins.Login login) throws IOException {
        FTPClient client = new FTPClient();
        client.setSocketFactory(sockets);
        client.setConnectTimeout(attempt.remainingMillis());
        client.setDefaultTimeout(attempt.remainingMillis());
        client.setDataTimeout(Duration.ofMillis(attempt.remainingMillis()));
        client.setPassiveLocalIPAddress(attempt.localFor(server));
        client.setUseEPSVwithIPv4(true);
        client.setRemoteVerificationEnabled(true);
        long began = attempt.nanoTime();
        client.connect(server, check.port(), attempt.localFor(server), 0);
        attempt.firstByteAfter(began);
        if (client.getReplyCode() != 220) {
            throw reply(client, Failure.STATUS, "greeted");
        }
        if (!client.login(login.user(), login.password())) {
            throw reply(client, Failure.LOGIN, "refused the login");
        }
        if (check.path().isPresent()) {
            file(client, check.path().get());
        }
    }

    private void file(FTPClient client, String path) throws IOException {
        if (!client.setFileType(FTP.BINARY_FILE_TYPE)) {
            throw reply(client, Failure.STATUS, "refused binary transfers");
        }
        String stated = client.getSize(path);
        if (stated == null) {
            throw reply(client, Failure.STATUS, "has no size of " + path);
        }
        if (!stated.matches("[0-9]{1,18}")) {
            throw new CheckFailedException(Failure.PROTOCOL, "'" + HttpResponse.shown(stated) + "' is no size");
        }
        long size = Long.parseLong(stated);
        if (check.size().isPresent() && check.size().get() != size) {
            throw new CheckFailedException(
                    Failure.SIZE,
                    "a file of " + size + " bytes instead of " + check.size().get());
        }
        if (size > check.bytesMax()) {
            throw new CheckFailedException(
                    Failure.SIZE, "a file of " + size + " bytes: must be " + check.bytesMax() + " at most");
        }
        client.enterLocalPassiveMode();
        transfer(client, path, size);
    }

    private void transfer(FTPClient client, String path, long size) throws IOException {
        MessageDigest digest = HttpResponse.newDigest();
        long count = 0;
        long began = attempt.nanoTime();
        try (InputStream in = client.retrieveFileStream(path)) {
            if (in == null) {
                throw reply(client, Failure.STATUS, "does not give " + path);
            }
            byte[] buffer = new byte[16 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                count += n;
            }
        }
        attempt.transferred(count, began);
        if (count != size) {
            throw new CheckFailedException(Failure.SIZE, count + " bytes came of a file of " + size);
        }
        String hash = HexFormat.of().formatHex(digest.digest());
        if (check.sha256().isPresent() && !check.sha256().get().equals(hash)) {
            throw new CheckFailedException(Failure.SHA256, "SHA-256 " + hash + ": not the content that was expected");
        }
        if (!client.completePendingCommand()) {
            throw reply(client, Failure.STATUS, "did not complete the transfer");
        }
    }

    private static CheckFailedException reply(FTPClient client, Failure failure, String what) {
        String text = client.getReplyString();
        return new CheckFailedException(
                failure, "the server " + what + ": " + HttpResponse.shown(text == null ? "" : text.strip()));
    }

    private static String message(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : HttpResponse.shown(e.getMessage());
    }

    private static SocketTimeoutException timedOut() {
        return new SocketTimeoutException("no answer in time");
    }
}
