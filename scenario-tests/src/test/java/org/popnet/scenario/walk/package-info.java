/** One whole network, walked from the user's request to the figure in the console, and what happens when parts of it fail. */
package org.popnet.scenario.walk;
