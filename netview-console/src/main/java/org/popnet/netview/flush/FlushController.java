package org.popnet.netview.flush;

import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.FlushDesk;
import org.popnet.netview.backend.Flushed;
import org.popnet.netview.backend.Problem;
import org.popnet.netview.backend.Reply;
import org.popnet.netview.page.NotFound;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.Viewing;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.tree.Domain;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** Answers: is my new content out? */
@Page
final class FlushController {
    private static final int HISTORY = 50;
    private final FlushDesk desk;

    FlushController(FlushDesk desk) {
        this.desk = desk;
    }

    @GetMapping("/flush")
    String flush(
            Viewing viewing,
            Model model,
            @RequestParam(name = "kind", required = false) @Nullable String kind,
            @RequestParam(name = "value", required = false) @Nullable String value) {
        return page(viewing, model, new FlushForm(viewing.domainName(), kind, value, null), null);
    }

    @PostMapping("/flush")
    String order(
            Viewing viewing,
            Model model,
            @RequestParam(name = "site", required = false) @Nullable String site,
            @RequestParam(name = "kind", required = false) @Nullable String kind,
            @RequestParam(name = "value", required = false) @Nullable String value,
            @RequestParam(name = "confirm", required = false) @Nullable String confirm,
            HttpServletResponse response) {
        FlushForm form = new FlushForm(site, kind, value, confirm);
        Domain domain = viewing.domainOf(site == null ? "" : site);
        Problem wrong = form.problem();
        if (wrong != null) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            return page(viewing, model, form, wrong);
        }
        FlushOrder.Kind checked = form.checkedKind();
        Reply<Flushed> reply = desk.order(
                domain.name(), checked, form.checkedValue(), viewing.user().name());
        Flushed flushed = reply.value();
        if (flushed == null) {
            response.setStatus(HttpStatus.BAD_GATEWAY.value());
            return page(viewing, model, form, reply.problem());
        }
        return "redirect:" + viewing.link("/flush/" + flushed.site() + "/" + flushed.number());
    }

    private String page(Viewing viewing, Model model, FlushForm form, @Nullable Problem wrong) {
        List<String> sites = viewing.pickedDomains().stream()
                .filter(domain -> domain.candidates().hosted())
                .map(Domain::name)
                .toList();
        model.addAttribute(
                "sites",
                viewing.domains().stream()
                        .filter(domain -> domain.candidates().hosted())
                        .map(Domain::name)
                        .toList());
        model.addAttribute("form", form);
        model.addAttribute("wrong", wrong);
        model.addAttribute("mayFlush", viewing.user().role().mayFlush());
        model.addAttribute("history", desk.latest(sites, HISTORY).join());
        return "flush/flush";
    }

    @GetMapping("/flush/{site}/{number}")
    String progress(
            Viewing viewing,
            Model model,
            @PathVariable("site") String site,
            @PathVariable("number") long number,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String fragment) {
        Domain domain = viewing.domainOf(site);
        Reply<Optional<Flushed>> reply = desk.follow(domain.name(), number).join();
        Flushed flushed = reply.answered() ? reply.orElse(Optional.empty()).orElse(null) : null;
        if (reply.answered() && flushed == null) {
            throw new NotFound("flush " + number);
        }
        model.addAttribute("site", domain.name());
        model.addAttribute("number", number);
        model.addAttribute("flush", flushed);
        model.addAttribute("problem", reply.problem());
        return fragment == null ? "flush/progress" : "flush/progress :: progress";
    }
}
