/** The low three bits of a tag: how long the field's value is (https://protobuf.dev/programming-guides/encoding). */
export const WireType = {
  VARINT: 0,
  FIXED64: 1,
  LENGTH_DELIMITED: 2,
  START_GROUP: 3,
  END_GROUP: 4,
  FIXED32: 5,
} as const;
