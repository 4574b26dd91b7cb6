package org.popnet.log.database;

import java.util.Optional;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.Customer;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** The customers of the current tree, and what belongs to none. */
@Component
public class KnownCustomers {
    private final CurrentTree tree;

    KnownCustomers(CurrentTree tree) {
        this.tree = tree;
    }

    /** @throws org.springframework.web.ErrorResponseException 404 if the tree does not name this customer */
    public void check(String customer) {
        if (!customer.equals(Customer.NETWORK) && find(customer).isEmpty()) {
            throw Problem.of(
                    HttpStatus.NOT_FOUND,
                    "No such customer",
                    "Customer '" + customer + "' is not in the network's tree.");
        }
    }

    public Optional<Customer> find(String customer) {
        return Optional.ofNullable(tree.get().tree().customers().get(customer));
    }
}
