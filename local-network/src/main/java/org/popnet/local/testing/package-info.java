/** What tests of running networks need from JUnit. */
@NullMarked
package org.popnet.local.testing;

import org.jspecify.annotations.NullMarked;
