/** What every page shares: who looks, at what, over which time; the frame; numbers and times as text. */
@NullMarked
package org.popnet.netview.page;

import org.jspecify.annotations.NullMarked;
