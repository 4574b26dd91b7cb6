package org.popnet.admin.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * The git repository that administrators commit to. Files are read from the object database at a commit: nothing is
 * checked out, so what lies half-edited in the working copy is neither served nor touched.
 */
final class ConfigRepository implements AutoCloseable {
    /** Commits, branches and tags, in no other notation of git's. */
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private static final int FILE_BYTES_MAX = 16 * 1024 * 1024;

    private final Repository repository;
    private final Path directory;
    private final String branch;

    /** @throws NoValidTreeException if there is no repository */
    ConfigRepository(Path directory, String branch) {
        this.directory = directory;
        this.branch = branch;
        try {
            Path git = directory.resolve(Constants.DOT_GIT);
            this.repository = new FileRepositoryBuilder()
                    .setGitDir((Files.exists(git) ? git : directory).toFile())
                    .setMustExist(true)
                    .build();
        } catch (IOException e) {
            throw new NoValidTreeException(directory
                    + " is no git repository: run `git init` there and commit network.yml, or correct"
                    + " popnet.admin.repository.directory");
        }
    }

    /** The commit that the branch points at; empty if there is none yet. */
    Optional<String> head() {
        try {
            return Optional.ofNullable(repository.resolve(Constants.R_HEADS + branch))
                    .map(ObjectId::name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read branch " + branch + " of " + directory, e);
        }
    }

    /** The commit that a branch, a tag or a (possibly shortened) commit id means. */
    Optional<String> commit(String label) {
        if (!LABEL.matcher(label).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(repository.resolve(label + "^{commit}")).map(ObjectId::name);
        } catch (RevisionSyntaxException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look up " + label + " in " + directory, e);
        }
    }

    /** A file's bytes at a commit; empty if it is not there. */
    Optional<byte[]> read(String commit, String path) {
        try (RevWalk commits = new RevWalk(repository)) {
            RevCommit at = commits.parseCommit(ObjectId.fromString(commit));
            try (TreeWalk file = TreeWalk.forPath(repository, path, at.getTree())) {
                return file == null
                        ? Optional.empty()
                        : Optional.of(repository
                                .open(file.getObjectId(0), Constants.OBJ_BLOB)
                                .getCachedBytes(FILE_BYTES_MAX + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + " at commit " + commit + " of " + directory, e);
        }
    }

    String branch() {
        return branch;
    }

    @Override
    public void close() {
        repository.close();
    }
}
