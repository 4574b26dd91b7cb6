package org.popnet.scenario.walk;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.popnet.local.LocalNetwork;
import org.popnet.local.process.Place;
import org.popnet.local.visit.Visit;
import org.popnet.local.visit.Visitor;

/** People in California, New York and Paris, who ask their resolver each time. */
final class Users {
    private final LocalNetwork network;
    private final Map<String, Place> places = new LinkedHashMap<>();

    Users(LocalNetwork network) {
        this.network = network;
        Place.ALL.forEach(place -> places.put(place.name(), place));
    }

    Visit get(String place, String url) {
        try (Visitor visitor = new Visitor(places.get(place), network.instance(), network.tree())) {
            return visitor.get(URI.create(url));
        }
    }

    /** The address that this place's resolver is given for the name now. */
    String resolve(String place, String host) {
        try (Visitor visitor = new Visitor(places.get(place), network.instance(), network.tree())) {
            return visitor.resolve(host).addresses().getFirst().getHostAddress();
        }
    }
}
