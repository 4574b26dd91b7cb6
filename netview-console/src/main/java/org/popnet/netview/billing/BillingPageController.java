package org.popnet.netview.billing;

import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.popnet.netview.backend.Billing;
import org.popnet.netview.backend.Reply;
import org.popnet.netview.backend.TrafficSource;
import org.popnet.netview.page.Csv;
import org.popnet.netview.page.NotFound;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.Viewing;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.server.ResponseStatusException;

/** The months of a customer, for whoever may see bills; for others the page does not exist. */
@Page
final class BillingPageController {
    private final TrafficSource logs;

    BillingPageController(TrafficSource logs) {
        this.logs = logs;
    }

    @GetMapping("/billing")
    String billing(Viewing viewing, Model model) {
        check(viewing);
        Reply<List<Billing.Head>> months =
                logs.statements(viewing.customer().name()).join();
        model.addAttribute("months", months.orElse(List.of()));
        model.addAttribute(
                "problems", Stream.of(months.problem()).filter(Objects::nonNull).toList());
        return "billing/billing";
    }

    @GetMapping("/billing/export/{month}")
    ResponseEntity<byte[]> export(Viewing viewing, @PathVariable("month") String month) {
        check(viewing);
        String customer = viewing.customer().name();
        if (month.equals("months")) {
            return months(answered(logs.statements(customer).join())).download("popnet-" + customer + "-months.csv");
        }
        try {
            String of = YearMonth.parse(month).toString();
            return statement(answered(logs.statement(customer, of).join()))
                    .download("popnet-" + customer + "-" + of + ".csv");
        } catch (DateTimeException e) {
            throw new NotFound("month " + month);
        }
    }

    private static void check(Viewing viewing) {
        if (!viewing.user().role().maySeeBills()) {
            throw new NotFound("billing");
        }
    }

    private static <T> T answered(Reply<T> reply) {
        T value = reply.value();
        if (value == null) {
            throw new ResponseStatusException(HttpStatus.BAD_GATEWAY);
        }
        return value;
    }

    private static Csv months(List<Billing.Head> months) {
        Csv csv = new Csv(
                "month",
                "state",
                "closed_at",
                "data_up_to",
                "requests",
                "bytes_out",
                "bytes_in",
                "p95_bits_per_second",
                "late_requests",
                "late_bytes_out");
        for (Billing.Head m : months) {
            csv.row(
                    m.month(),
                    m.state(),
                    m.closedAt(),
                    m.dataUpTo(),
                    m.requests(),
                    m.bytesOut(),
                    m.bytesIn(),
                    m.p95BitsPerSecond(),
                    m.adjustmentRequests(),
                    m.adjustmentBytesOut());
        }
        return csv;
    }

    private static Csv statement(Billing.Statement statement) {
        Csv csv = new Csv("month", "domain", "pop", "requests", "bytes_out", "bytes_in", "p95_bits_per_second");
        for (Billing.Line line : statement.lines()) {
            csv.row(
                    statement.head().month(),
                    line.domain().isEmpty() ? "all" : line.domain(),
                    line.pop().isEmpty() ? "all" : line.pop(),
                    line.requests(),
                    line.bytesOut(),
                    line.bytesIn(),
                    line.p95BitsPerSecond());
        }
        // What came late has its own month in the first column, and no percentile.
        for (Billing.Adjustment late : statement.adjustments()) {
            csv.row(late.ofMonth(), late.domain(), late.pop(), late.requests(), late.bytesOut(), late.bytesIn(), null);
        }
        return csv;
    }
}
