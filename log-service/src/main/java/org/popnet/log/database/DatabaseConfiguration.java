package org.popnet.log.database;

import jakarta.persistence.EntityManagerFactory;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.popnet.log.raw.RawLog;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
    /** Spring would migrate before it starts anything, and not start without a database. */
    @Bean
    FlywayMigrationStrategy migratedInTheBackground() {
        return flyway -> {};
    }

    @Bean
    LogDatabase logDatabase(DataSource database, Flyway flyway, RawLog rawLog, EntityManagerFactory entities) {
        return new LogDatabase(database, flyway, connection -> {
            // What hibernate.ddl-auto=validate does, at the moment at which there is a schema.
            entities.getSchemaManager().validate();
            rawLog.recover(connection);
        });
    }
}
