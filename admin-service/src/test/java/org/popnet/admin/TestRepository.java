package org.popnet.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/** A real git working copy to commit to. */
public final class TestRepository implements AutoCloseable {
    private final Git git;
    private final Path directory;

    public TestRepository(Path directory) throws GitAPIException {
        this.directory = directory;
        this.git = Git.init()
                .setDirectory(directory.toFile())
                .setInitialBranch("main")
                .call();
    }

    public Path directory() {
        return directory;
    }

    /** Writes a file and commits it; gives the commit. */
    public String commit(String file, String text) throws GitAPIException, IOException {
        Files.writeString(directory.resolve(file), text);
        git.add().addFilepattern(file).call();
        return git.commit()
                .setMessage("change " + file)
                .setAuthor("Ada", "ada@example.org")
                .setCommitter("Ada", "ada@example.org")
                .setSign(false)
                .call()
                .name();
    }

    public void tag(String name) throws GitAPIException {
        git.tag().setName(name).setSigned(false).setAnnotated(false).call();
    }

    @Override
    public void close() {
        git.close();
    }
}
