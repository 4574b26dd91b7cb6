package org.popnet.bench.edge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What wrk asks for in the mix. */
final class ZipfScript {
    private ZipfScript() {}

    /** @param objects requests for object n of so many, {@code /mix/n}, are as frequent as 1/n */
    static Path write(Path directory, int objects) throws IOException {
        return Files.writeString(directory.resolve("zipf.lua"), """
                local n, sum, upto = %d, 0, {}
                for i = 1, n do sum = sum + 1 / i; upto[i] = sum end
                math.randomseed(1)
                request = function()
                  local x, low, high = math.random() * sum, 1, n
                  while low < high do
                    local middle = math.floor((low + high) / 2)
                    if upto[middle] < x then low = middle + 1 else high = middle end
                  end
                  return wrk.format("GET", "/mix/" .. low)
                end
                """.formatted(objects));
    }
}
