package org.popnet.platform.datagram;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.cbor.CBORWriteFeature;

/**
 * Messages as CBOR (RFC 8949), repeated strings as references (tag 25, 256), so that a batch says its field names once.
 * Unknown fields are ignored and missing ones read as null or zero; everything is bounded by what fits a datagram.
 */
final class PayloadCodec {
    private static final int DEPTH_MAX = 8;
    private static final int STRING_MAX = 1024;
    private static final int NAME_MAX = 255;
    private static final int TOKENS_MAX = 4096;

    private static final CBORMapper MAPPER = CBORMapper.builder(CBORFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(Envelope.DATAGRAM_BYTES_MAX)
                            .maxNestingDepth(DEPTH_MAX)
                            .maxStringLength(STRING_MAX)
                            .maxNameLength(NAME_MAX)
                            .maxNumberLength(40)
                            .maxTokenCount(TOKENS_MAX)
                            .build())
                    .enable(CBORWriteFeature.STRINGREF)
                    .enable(CBORWriteFeature.WRITE_MINIMAL_DOUBLES)
                    .build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addModule(new SimpleModule()
                    .addSerializer(InetAddress.class, new AddressWriter())
                    .addDeserializer(InetAddress.class, new AddressReader()))
            .build();

    private static final ObjectWriter WRITER = MAPPER.writer();
    private static final Map<Kind, ObjectReader> READERS = readers();

    private PayloadCodec() {}

    static byte[] encode(Message message) {
        return WRITER.writeValueAsBytes(message);
    }

    /** @throws MalformedException if the bytes are not one such message */
    static Message decode(Kind kind, byte[] bytes, int offset, int length) throws MalformedException {
        try {
            Message message = Objects.requireNonNull(READERS.get(kind)).readValue(bytes, offset, length);
            if (message == null) {
                throw new MalformedException("null instead of " + kind, null);
            }
            return message;
        } catch (RuntimeException e) {
            // Jackson's own, the records' checks, and whatever else a parser may throw at hostile bytes.
            throw new MalformedException("no " + kind, e);
        }
    }

    private static Map<Kind, ObjectReader> readers() {
        Map<Kind, ObjectReader> readers = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            readers.put(kind, MAPPER.readerFor(kind.type()));
        }
        return readers;
    }

    /** A payload that is authentic but not what its kind says. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Addresses travel as their 4 or 16 bytes: shorter, and nothing a receiver could take for a name to look up. */
    private static final class AddressWriter extends StdSerializer<InetAddress> {
        AddressWriter() {
            super(InetAddress.class);
        }

        @Override
        public void serialize(InetAddress value, JsonGenerator out, SerializationContext context) {
            out.writeBinary(value.getAddress());
        }
    }

    private static final class AddressReader extends StdDeserializer<InetAddress> {
        AddressReader() {
            super(InetAddress.class);
        }

        @Override
        public InetAddress deserialize(JsonParser in, DeserializationContext context) {
            if (in.currentToken() != JsonToken.VALUE_EMBEDDED_OBJECT) {
                return (InetAddress) context.handleUnexpectedToken(context.constructType(InetAddress.class), in);
            }
            byte[] bytes = in.getBinaryValue();
            try {
                return InetAddress.getByAddress(bytes);
            } catch (UnknownHostException e) {
                throw context.weirdNativeValueException(bytes, InetAddress.class);
            }
        }
    }
}
