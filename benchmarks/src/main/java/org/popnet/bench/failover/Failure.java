package org.popnet.bench.failover;

import org.popnet.local.LocalNetwork;

/** What happens to a process, and how it is mended. */
enum Failure {
    KILLED("kill -9") {
        @Override
        void befall(LocalNetwork network, String process) throws InterruptedException {
            network.kill(process);
        }

        @Override
        void mend(LocalNetwork network, String process) throws InterruptedException {
            network.start(process);
        }
    },
    STOPPED("SIGSTOP") {
        @Override
        void befall(LocalNetwork network, String process) throws InterruptedException {
            network.pause(process);
        }

        @Override
        void mend(LocalNetwork network, String process) throws InterruptedException {
            network.resume(process);
        }
    },
    CUT_OFF("cut off") {
        @Override
        void befall(LocalNetwork network, String process) {
            network.cutOff(process);
        }

        @Override
        void mend(LocalNetwork network, String process) {
            network.heal(process);
        }
    };

    final String title;

    Failure(String title) {
        this.title = title;
    }

    abstract void befall(LocalNetwork network, String process) throws InterruptedException;

    /** Returns when the process is up again. */
    abstract void mend(LocalNetwork network, String process) throws InterruptedException;
}
