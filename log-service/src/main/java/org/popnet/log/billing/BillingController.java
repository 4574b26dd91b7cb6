package org.popnet.log.billing;

import io.swagger.v3.oas.annotations.Operation;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.popnet.log.completeness.Completeness;
import org.popnet.log.database.KnownCustomers;
import org.popnet.log.database.Problem;
import org.popnet.log.upkeep.Upkeep;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A customer's monthly statements. Months are UTC, such as 2026-11. */
@RestController
@RequestMapping("/billing")
class BillingController {
    private final Statements statements;
    private final Verification verification;
    private final Closing closing;
    private final Upkeep upkeep;
    private final Completeness completeness;
    private final KnownCustomers customers;
    private final InstantSource clock;

    BillingController(
            Statements statements,
            Verification verification,
            Closing closing,
            Upkeep upkeep,
            Completeness completeness,
            KnownCustomers customers,
            InstantSource clock) {
        this.statements = statements;
        this.verification = verification;
        this.closing = closing;
        this.upkeep = upkeep;
        this.completeness = completeness;
        this.customers = customers;
        this.clock = clock;
    }

    @Operation(
            summary = "This month so far, those before it that are not closed, and all closed ones, the latest first")
    @GetMapping("/statements")
    List<Statements.Head> list(@RequestParam String customer) {
        customers.check(customer);
        return statements.all(
                customer,
                Month.containing(clock.instant()),
                completeness.dataUpTo(customer).orElse(null));
    }

    @Operation(summary = "A closed statement with its lines and adjustments")
    @GetMapping("/statement")
    Statements.Statement statement(@RequestParam String customer, @RequestParam String month) {
        customers.check(customer);
        Month of = Month.parse(month);
        return statements.closed(customer, of).orElseThrow(() -> notClosed(customer, of));
    }

    @Operation(
            summary =
                    "Makes a closed statement again from all log servers' raw logs and compares: EQUAL, DIFFERENT, UNKNOWN")
    @GetMapping("/verify")
    Verification.Outcome verify(@RequestParam String customer, @RequestParam String month) {
        customers.check(customer);
        Month of = Month.parse(month);
        return verification.of(customer, of).orElseThrow(() -> notClosed(customer, of));
    }

    @Operation(summary = "What this server's raw logs say of a closed statement, for a log server that proves it")
    @GetMapping("/server/part")
    ServerPart part(@RequestParam String customer, @RequestParam String month) {
        customers.check(customer);
        return verification.part(customer, Month.parse(month));
    }

    @Operation(summary = "Closes the oldest open month although records may be missing; those are billed with the next")
    @PostMapping("/close")
    Statements.Statement close(@RequestParam String customer, @RequestParam String month) {
        customers.check(customer);
        Month of = Month.parse(month);
        if (of.end().toInstant().isAfter(clock.instant())) {
            throw Problem.of(
                    HttpStatus.CONFLICT,
                    "Not over",
                    "Month " + of + " is not over (UTC); it can be closed from " + of.end() + " on.");
        }
        try {
            upkeep.run(closing.forced(customer, of));
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("statement of " + of + " was not closed", e);
        }
        Optional<Statements.Statement> closed = statements.closed(customer, of);
        return closed.orElseThrow(() -> Problem.of(
                HttpStatus.CONFLICT,
                "Not the next",
                "Statements close one after the other, and month " + of + " is not the oldest open one of " + customer
                        + ", has no figures, or another log server closes one at this moment."));
    }

    private static RuntimeException notClosed(String customer, Month month) {
        return Problem.of(
                HttpStatus.NOT_FOUND,
                "No such statement",
                "There is no closed statement of " + customer + " for " + month
                        + ". Months close some days after their end, when everything has arrived.");
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute billingRoute() {
            return ControlRoute.of(HttpMethod.GET, "/billing/*", Role.NETVIEW, Role.OPERATOR);
        }

        @Bean
        ControlRoute partRoute() {
            return ControlRoute.of(HttpMethod.GET, "/billing/server/part", Role.LOG);
        }

        @Bean
        ControlRoute closeRoute() {
            return ControlRoute.of(HttpMethod.POST, "/billing/close", Role.OPERATOR);
        }
    }
}
