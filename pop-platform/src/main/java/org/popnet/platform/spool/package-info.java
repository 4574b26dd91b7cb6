/**
 * Records on their way to the log servers: appended to a bounded file, sent until acknowledged. The doors are
 * {@link org.popnet.platform.spool.LogSink} for those who have something to log, and
 * {@link org.popnet.platform.spool.BatchFormat} for those who receive batches.
 *
 * <h2>On disk</h2>
 *
 * {@code <state>/spool/<customer>/} is one spool with an identity of its own, a random number in {@code spool.id}
 * that is made with the folder. Its segments {@code 00000001.seg, …} are memory-mapped files of fixed size, filled with
 * zeros when they are made, so that a full disk is an error then and not a crash at a later store:
 *
 * <pre>
 *   0  magic "POPSPOOL"   8 bytes     records grow upwards  → │ free │ ← batch bounds grow downwards
 *   8  format             4 bytes
 *  12  segment bytes      4 bytes     record: length (4, stored last), CRC-32C (4), bytes, padding to 4
 *  16  spool id           8 bytes     bound:  end offset (4), records (4), CRC-32C (4), acknowledged (4)
 *  24  segment number     8 bytes
 *  32  first batch        8 bytes, 0 while no batch was cut
 *  40  CRC-32C of it      4 bytes
 * </pre>
 *
 * A record counts once its length is stored; the page cache keeps it over {@code kill -9}, and the shipper's regular
 * {@code msync} over a power failure. Bounds are written after the records they bound are on disk, and are on disk
 * before their batch is first sent, so a number always means the same records. A batch never crosses segments. A
 * segment is deleted when all its batches are acknowledged and the next one has its first batch number. {@code lost}
 * counts the records that found no room: how many (8 bytes), the earliest and the latest time of one (8 bytes each).
 *
 * <h2>A record</h2>
 *
 * Integers are LEB128 varints; a text is its length in bytes (2 bytes, big-endian; {@code 0xFFFF} for null) and UTF-8.
 *
 * <pre>
 *   kind · time in ms · …
 *   1 access: … status · cache result (1 byte, see {@code AccessRecordCodec}) · bytes out · bytes in ·
 *     first byte in µs · duration in µs · site · client (1 byte 4 and four bytes of IPv4, or 0 and a text) ·
 *     method (1 byte, or 0 and a text) · url · protocol (1 byte, or 0 and a text) · referrer · user agent · content type
 *   2 query: … domain · client · subnet · type, rcode (1 byte each, or 0 and a text) · answer ·
 *     transport (1 byte, or 0 and a text) · µs · one in how many
 *   3 event: … kind · subject · reason · detail · µs
 * </pre>
 *
 * What a kind's fields are never changes; a kind with more fields has a number of its own. In format 1, of earlier
 * versions, all records are accesses and have no kind.
 *
 * <h2>A batch</h2>
 *
 * {@code LogBatch.zstd} is a format byte (2, or 1 of a segment that an earlier version left), the newest batch number that this spool has cut (a varint; it says how
 * far behind a receiver is, and is the only thing that may differ between two transmissions), and a zstd frame of
 * records one after the other, at most {@code BatchFormat.RAW_BYTES_MAX} of them. A format with a dictionary gets a
 * format byte of its own. Receivers leave formats and kinds that they do not know unacknowledged, so their senders keep
 * them until the receiver is upgraded: upgrade log servers first.
 */
@NullMarked
package org.popnet.platform.spool;

import org.jspecify.annotations.NullMarked;
