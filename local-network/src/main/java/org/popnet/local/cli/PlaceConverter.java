package org.popnet.local.cli;

import org.popnet.local.process.Place;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

final class PlaceConverter implements ITypeConverter<Place> {
    @Override
    public Place convert(String name) {
        return Place.of(name)
                .orElseThrow(() -> new TypeConversionException("'" + name + "' is none of "
                        + String.join(", ", Place.ALL.stream().map(Place::name).toList())));
    }
}
