/** Trees that the tests of the name server share. */
package org.popnet.dns;
