// The bytes of the local log: segment files, their headers and the records in them. All integers are
// little-endian.
//
// A segment is a preallocated, zeroed file: one header sector, then records. A place in the log is a 64-bit
// number that grows over all segments: `base` of the segment plus the offset in its file. Each sync's records
// begin on a sector of their own, so that a torn write can't touch a sector that holds acknowledged records;
// what is left of a batch's last sector is filled with kPadding, so that a zeroed record is not taken for the
// end of a batch. Checksums are seeded with the log's identity and the segment's sequence: bytes of another
// log, or of an older use of the same blocks, are never valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/journal/journal.h"

namespace endcap::log_format {

inline constexpr uint16_t kVersion = 1;
inline constexpr uint64_t kSector = 512;
inline constexpr uint32_t kRecordHeaderBytes = 64;
inline constexpr char kPadding = '\xec';

struct SegmentHeader {
  uint16_t version = kVersion;
  uint16_t partitions = 0;
  uint32_t previous = 0;    // checksum of the last record of the segment before
  uint64_t identity = 0;    // of the log
  uint64_t sequence = 0;    // also in the file's name
  uint64_t base = 0;        // place of this segment's first byte
  uint64_t size = 0;        // of the file
  uint64_t first_live = 0;  // lowest sequence that was not trimmed when this one began
};

enum RecordFlag : uint16_t {
  kEpochMarker = 1,  // written by `open`: no operations, batch_id is the node
  kCopy = 2,  // the last record of an idle partition, written again so that its old segment can be trimmed
};

struct RecordHeader {
  uint32_t checksum = 0;  // over everything below and the bytes, seeded
  uint32_t previous = 0;  // checksum of the record before, of whichever partition
  uint32_t size = 0;      // of the bytes that follow the header
  uint16_t version = kVersion;
  uint16_t flags = 0;
  PartitionId partition = 0;
  Position position = 0;
  Epoch epoch = 0;
  BatchId batch_id = 0;
  uint64_t synced_up_to = 0;  // place up to which the log was on stable storage when this record was written
  uint64_t place = 0;         // its own
};

constexpr uint64_t align(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }
constexpr uint64_t record_bytes(uint32_t size) { return align(kRecordHeaderBytes + uint64_t{size}, 8); }

std::string segment_name(uint64_t sequence);  // "segment-0000000000000001.log"
std::optional<uint64_t> segment_sequence(std::string_view name);

uint32_t seed_of(const SegmentHeader& segment);

std::string encode_segment_header(const SegmentHeader& header);  // kSector bytes
// Empty unless magic and checksum are right. The version is for the caller to judge.
std::optional<SegmentHeader> decode_segment_header(std::string_view sector);

// Appends header and bytes, padded to 8, to `out`; fills in `header.checksum` and `header.size`.
void encode_record(std::string& out, RecordHeader& header, std::string_view bytes, uint32_t seed);
// The record at `offset` of a segment's content. Empty unless magic, place, length and checksum are right.
std::optional<RecordHeader> decode_record(std::string_view segment, uint64_t offset, uint64_t base,
                                          uint32_t seed);
// Whether a record seems to begin here, whatever its checksum says; `partition` is what it claims.
bool looks_like_record(std::string_view segment, uint64_t offset, PartitionId& partition);

// Where the batch after `offset` begins: the next sector when only padding stands between, else empty.
std::optional<uint64_t> next_batch(std::string_view segment, uint64_t offset);

uint32_t crc32c(std::string_view bytes, uint32_t seed);  // Castagnoli, RFC 3720 appendix B.4

}  // namespace endcap::log_format
