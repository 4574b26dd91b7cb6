package org.popnet.local.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.popnet.platform.settings.DurableFiles;

/** The running network's own git repository: what its admin service serves and its administrators change. */
final class ConfigRepository {
    private static final PersonIdent AUTHOR = new PersonIdent("popnet", "popnet@localhost");
    private final Path directory;

    ConfigRepository(Path directory) {
        this.directory = directory;
    }

    boolean exists() {
        return Files.isDirectory(directory.resolve(Constants.DOT_GIT));
    }

    /**
     * Makes the working files these, commits what changed, and initialises the repository if there is none.
     *
     * @param files text by path relative to the repository; files that are not named stay
     * @return the commit that now holds them, 40 hex digits
     */
    String commit(Map<String, String> files, String message) {
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path target = directory.resolve(file.getKey());
                Files.createDirectories(target.getParent());
                if (!Files.exists(target) || !Files.readString(target).equals(file.getValue())) {
                    DurableFiles.write(target, file.getValue());
                }
            }
            try (Git git = open()) {
                git.add().addFilepattern(".").call();
                boolean first = git.getRepository().resolve(Constants.HEAD) == null;
                if (first || !git.status().call().isClean()) {
                    git.commit()
                            .setAuthor(AUTHOR)
                            .setCommitter(AUTHOR)
                            .setMessage(message)
                            .setSign(false)
                            .call();
                }
                ObjectId head = git.getRepository().resolve(Constants.HEAD);
                if (head == null) {
                    throw new IOException(directory + " has no commit");
                }
                return head.name();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the configuration repository " + directory, e);
        } catch (GitAPIException e) {
            throw new UncheckedIOException(
                    new IOException("cannot commit to the configuration repository " + directory, e));
        }
    }

    private Git open() throws IOException, GitAPIException {
        return exists()
                ? Git.open(directory.toFile())
                : Git.init()
                        .setDirectory(directory.toFile())
                        .setInitialBranch("main")
                        .call();
    }
}
