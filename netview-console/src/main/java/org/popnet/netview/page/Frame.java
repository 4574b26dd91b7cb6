package org.popnet.netview.page;

import java.util.ArrayList;
import java.util.List;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Gives every page what stands around it: navigation, pickers, formats. */
@ControllerAdvice(annotations = Page.class)
final class Frame {

    /**
     * An entry of the navigation.
     *
     * @param icon the name of a symbol in {@code icons.svg}
     * @param key the letter that, after {@code g}, leads there
     */
    record Entry(String title, String path, String href, String icon, String key, boolean current, boolean small) {}

    @ModelAttribute
    void frame(Viewing viewing, Model model) {
        model.addAttribute("viewing", viewing);
        model.addAttribute("fmt", new Format(viewing.zone(), viewing.now()));
        model.addAttribute("ranges", List.of(TimeRange.values()));
        model.addAttribute("navigation", navigation(viewing));
    }

    private static List<Entry> navigation(Viewing viewing) {
        List<Entry> entries = new ArrayList<>();
        entries.add(entry(viewing, "Overview", "/", "overview", "o", true));
        entries.add(entry(viewing, "Traffic", "/traffic", "traffic", "t", true));
        entries.add(entry(viewing, "Flush", "/flush", "flush", "f", true));
        entries.add(entry(viewing, "Domains", "/domains", "domains", "d", true));
        if (viewing.user().role().maySeeBills()) {
            entries.add(entry(viewing, "Billing", "/billing", "billing", "b", false));
        }
        if (viewing.user().role().isNetwork()) {
            entries.add(entry(viewing, "Network", "/network", "network", "n", false));
        }
        entries.add(entry(viewing, "Account", "/account", "account", "a", true));
        return entries;
    }

    private static Entry entry(Viewing viewing, String title, String path, String icon, String key, boolean small) {
        return new Entry(
                title, path, viewing.link(path), icon, key, viewing.pickerPath().equals(path), small);
    }
}
