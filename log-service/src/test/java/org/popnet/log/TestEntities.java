package org.popnet.log;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.SchemaValidationException;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/** The entities and repositories of the service over a database, without the service. */
public final class TestEntities implements AutoCloseable {
    private final LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
    private final EntityManagerFactory factory;

    public TestEntities(DataSource database) {
        bean.setDataSource(database);
        bean.setPackagesToScan("org.popnet.log");
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setJpaPropertyMap(
                Map.of("hibernate.physical_naming_strategy", PhysicalNamingStrategySnakeCaseImpl.class.getName()));
        bean.afterPropertiesSet();
        factory = Objects.requireNonNull(bean.getObject());
    }

    public <T> T repository(Class<T> type) {
        return new JpaRepositoryFactory(SharedEntityManagerCreator.createSharedEntityManager(factory))
                .getRepository(type);
    }

    /** Whether all entities fit the schema: throws where one does not. */
    public void validate() throws SchemaValidationException {
        factory.getSchemaManager().validate();
    }

    @Override
    public void close() {
        bean.destroy();
    }
}
