/** Black-box stories against running processes, and the rules that the repository keeps. */
package org.popnet.scenario;
