/** The services' schemas on PostgreSQL as it is run in production. */
package org.popnet.scenario.database;
