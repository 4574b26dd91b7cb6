package org.popnet.bench.steering;

import java.util.Arrays;
import java.util.Random;
import org.popnet.dns.steering.Hash;
import org.popnet.dns.steering.Latencies;

/**
 * A simulated Earth: POPs where people are, resolvers around them, the real distance of every pair and what a probe
 * measures of it, and how much each resolver's users ask for at a time of day. The same for the same seed.
 */
final class World implements Latencies {
    /** Users cluster around so many cities. */
    private static final int CITIES = 60;

    private static final double SPREAD_DEGREES = 8;
    private static final double LAST_MILE_MS = 12;
    private static final double KM_PER_DEGREE = 111.2;
    private static final double MS_PER_KM = 1.5 / 100;
    private static final double DAY_SECONDS = 86_400;
    private static final double DIURNAL_SWING = 0.5;
    private static final long MEASURED_ANEW_MS = 600_000;

    final int pops;
    final int resolvers;
    final double[] popLatitude;
    final double[] popLongitude;
    private final double noise;
    private final float[] rttMs;
    private final double[] longitude;
    private final double[] demand;

    /**
     * @param noise standard deviation of one measurement, as a share of the distance
     * @param requestsPerSecond of all users together, as a mean over the day
     */
    World(int pops, int resolvers, double noise, double requestsPerSecond, long seed) {
        Random random = new Random(seed);
        this.pops = pops;
        this.resolvers = resolvers;
        this.noise = noise;
        double[][] cities = new double[CITIES][];
        for (int i = 0; i < CITIES; i++) {
            cities[i] = new double[] {random.nextDouble() * 100 - 40, random.nextDouble() * 360 - 180};
        }
        popLatitude = new double[pops];
        popLongitude = new double[pops];
        for (int pop = 0; pop < pops; pop++) {
            double[] at = near(cities[pop % CITIES], random);
            popLatitude[pop] = at[0];
            popLongitude[pop] = at[1];
        }
        rttMs = new float[resolvers * pops];
        longitude = new double[resolvers];
        demand = new double[resolvers];
        double total = 0;
        for (int resolver = 0; resolver < resolvers; resolver++) {
            double[] at = near(cities[random.nextInt(CITIES)], random);
            longitude[resolver] = at[1];
            demand[resolver] = Math.exp(random.nextGaussian()); // a few large ones, many small ones
            total += demand[resolver];
            double lastMile = LAST_MILE_MS * random.nextDouble();
            for (int pop = 0; pop < pops; pop++) {
                double kilometres = kilometres(at[0], at[1], popLatitude[pop], popLongitude[pop]);
                double detour = 1 + 0.4 * unit(Hash.of(seed ^ resolver, pop));
                rttMs[resolver * pops + pop] = (float) (2 + lastMile + kilometres * MS_PER_KM * detour);
            }
        }
        for (int resolver = 0; resolver < resolvers; resolver++) {
            demand[resolver] *= requestsPerSecond / total;
        }
    }

    private static double[] near(double[] city, Random random) {
        double latitude = Math.clamp(city[0] + random.nextGaussian() * SPREAD_DEGREES, -85, 85);
        double longitude = Math.IEEEremainder(city[1] + random.nextGaussian() * SPREAD_DEGREES, 360);
        return new double[] {latitude, longitude};
    }

    private static double kilometres(double latitude, double longitude, double otherLatitude, double otherLongitude) {
        double a = Math.toRadians(latitude);
        double b = Math.toRadians(otherLatitude);
        double cosine = Math.sin(a) * Math.sin(b)
                + Math.cos(a) * Math.cos(b) * Math.cos(Math.toRadians(longitude - otherLongitude));
        return Math.toDegrees(Math.acos(Math.clamp(cosine, -1, 1))) * KM_PER_DEGREE;
    }

    private static double unit(long hash) {
        return (hash >>> 11) * 0x1.0p-53;
    }

    /** The real round-trip time. */
    float rttMs(int resolver, int pop) {
        return rttMs[resolver * pops + pop];
    }

    /** Requests per second of a resolver's users; their evening is at its longitude's time. */
    double demand(int resolver, long nowMs) {
        double turn = nowMs / 1000.0 / DAY_SECONDS + longitude[resolver] / 360;
        return demand[resolver] * (1 + DIURNAL_SWING * Math.sin(2 * Math.PI * turn));
    }

    /** The mean over the day. */
    double demand(int resolver) {
        return demand[resolver];
    }

    @Override
    public int row(long high, long low) {
        int number = (int) (low >>> 8 & 0xffffff) - (20 << 16);
        return number >= 0 && number < resolvers ? number : ABSENT;
    }

    /** Every pair is measured anew every ten minutes, each with an error of its own. */
    @Override
    public long read(int row, long nowMs, float[] rtt, float[] lossPercent) {
        long epoch = nowMs / MEASURED_ANEW_MS;
        Arrays.fill(rtt, Float.NaN);
        Arrays.fill(lossPercent, 0);
        for (int pop = 0; pop < pops; pop++) {
            long hash = Hash.mix(((long) row << 20 | pop) * 0x9e3779b97f4a7c15L + epoch);
            // The sum of four uniform numbers is nearly Gaussian.
            double sum = ((hash & 0xffff) + (hash >>> 16 & 0xffff) + (hash >>> 32 & 0xffff) + (hash >>> 48)) / 65536.0;
            double error = (sum - 2) * Math.sqrt(3) * noise;
            rtt[pop] = (float) Math.max(0.5, rttMs[row * pops + pop] * (1 + error));
        }
        return nowMs % MEASURED_ANEW_MS;
    }
}
