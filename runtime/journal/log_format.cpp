// Encoding of segment headers and records: see log_format.h.
#include "runtime/journal/log_format.h"

#include <fmt/format.h>

#include <isa-l/crc.h>

#include <cstring>

#include "runtime/value/check.h"

namespace endcap::log_format {
namespace {

constexpr uint64_t kSegmentMagic = 0x31474553'50434445ull;  // "EDCPSEG1"
constexpr uint32_t kRecordMagic = 0x31524345;               // "ECR1"
constexpr uint64_t kChecksumOffset = 4;
constexpr uint64_t kCheckedOffset = 8;

template <typename T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
}

template <typename T>
T take(std::string_view bytes, uint64_t& at) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= uint64_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  at += sizeof(T);
  return static_cast<T>(value);
}

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t seed) {
  const char prefix[4] = {static_cast<char>(seed), static_cast<char>(seed >> 8),
                          static_cast<char>(seed >> 16), static_cast<char>(seed >> 24)};
  const auto extend = [](uint32_t crc, std::string_view more) {  // ISA-L takes no const, and reads only
    return crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(more.data())),
                       static_cast<int>(more.size()), crc);
  };
  const uint32_t begun = seed != 0 ? extend(UINT32_MAX, {prefix, sizeof prefix}) : UINT32_MAX;
  return ~extend(begun, bytes);
}

std::string segment_name(uint64_t sequence) { return fmt::format("segment-{:016x}.log", sequence); }

std::optional<uint64_t> segment_sequence(std::string_view name) {
  constexpr std::string_view kPrefix = "segment-", kSuffix = ".log";
  if (name.size() != kPrefix.size() + 16 + kSuffix.size() || !name.starts_with(kPrefix) ||
      !name.ends_with(kSuffix))
    return {};
  uint64_t sequence = 0;
  for (char c : name.substr(kPrefix.size(), 16)) {
    if (c >= '0' && c <= '9') {
      sequence = sequence << 4 | static_cast<uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      sequence = sequence << 4 | static_cast<uint64_t>(c - 'a' + 10);
    } else {
      return {};
    }
  }
  return sequence;
}

uint32_t seed_of(const SegmentHeader& segment) {
  std::string bytes;
  put(bytes, segment.identity);
  put(bytes, segment.sequence);
  return crc32c(bytes, 0) | 1;
}

std::string encode_segment_header(const SegmentHeader& header) {
  std::string bytes;
  bytes.reserve(kSector);
  put(bytes, kSegmentMagic);
  put(bytes, header.version);
  put(bytes, header.partitions);
  put(bytes, header.previous);
  put(bytes, header.identity);
  put(bytes, header.sequence);
  put(bytes, header.base);
  put(bytes, header.size);
  put(bytes, header.first_live);
  put(bytes, crc32c(bytes, 0));
  bytes.resize(kSector, '\0');
  return bytes;
}

std::optional<SegmentHeader> decode_segment_header(std::string_view sector) {
  if (sector.size() < kSector) return {};
  uint64_t at = 0;
  if (take<uint64_t>(sector, at) != kSegmentMagic) return {};
  SegmentHeader header;
  header.version = take<uint16_t>(sector, at);
  header.partitions = take<uint16_t>(sector, at);
  header.previous = take<uint32_t>(sector, at);
  header.identity = take<uint64_t>(sector, at);
  header.sequence = take<uint64_t>(sector, at);
  header.base = take<uint64_t>(sector, at);
  header.size = take<uint64_t>(sector, at);
  header.first_live = take<uint64_t>(sector, at);
  const uint32_t expected = crc32c(sector.substr(0, at), 0);
  if (take<uint32_t>(sector, at) != expected) return {};
  return header;
}

void encode_record(std::string& out, RecordHeader& header, std::string_view bytes, uint32_t seed) {
  CHECK(bytes.size() <= kRecordBytesMax);
  const uint64_t begin = out.size();
  header.size = static_cast<uint32_t>(bytes.size());
  put(out, kRecordMagic);
  put(out, uint32_t{0});
  put(out, header.previous);
  put(out, header.size);
  put(out, header.version);
  put(out, header.flags);
  put(out, header.partition);
  put(out, uint16_t{0});
  put(out, header.position);
  put(out, header.epoch);
  put(out, header.batch_id);
  put(out, header.synced_up_to);
  put(out, header.place);
  CHECK(out.size() - begin == kRecordHeaderBytes);
  out.append(bytes);
  header.checksum = crc32c(std::string_view(out).substr(begin + kCheckedOffset), seed);
  for (int i = 0; i < 4; ++i)
    out[begin + kChecksumOffset + i] = static_cast<char>(header.checksum >> (8 * i));
  out.resize(begin + record_bytes(header.size), '\0');
}

std::optional<RecordHeader> decode_record(std::string_view segment, uint64_t offset, uint64_t base,
                                          uint32_t seed) {
  if (offset + kRecordHeaderBytes > segment.size()) return {};
  uint64_t at = offset;
  if (take<uint32_t>(segment, at) != kRecordMagic) return {};
  RecordHeader header;
  header.checksum = take<uint32_t>(segment, at);
  header.previous = take<uint32_t>(segment, at);
  header.size = take<uint32_t>(segment, at);
  header.version = take<uint16_t>(segment, at);
  header.flags = take<uint16_t>(segment, at);
  header.partition = take<uint16_t>(segment, at);
  at += 2;
  header.position = take<uint64_t>(segment, at);
  header.epoch = take<uint64_t>(segment, at);
  header.batch_id = take<uint64_t>(segment, at);
  header.synced_up_to = take<uint64_t>(segment, at);
  header.place = take<uint64_t>(segment, at);
  if (header.place != base + offset) return {};
  if (header.size > kRecordBytesMax || offset + kRecordHeaderBytes + header.size > segment.size()) return {};
  const auto checked =
      segment.substr(offset + kCheckedOffset, kRecordHeaderBytes - kCheckedOffset + header.size);
  if (crc32c(checked, seed) != header.checksum) return {};
  return header;
}

std::optional<uint64_t> next_batch(std::string_view segment, uint64_t offset) {
  const uint64_t batch = align(offset, kSector);
  if (batch > segment.size()) return {};
  if (segment.substr(offset, batch - offset).find_first_not_of(kPadding) != std::string_view::npos) return {};
  return batch;
}

bool looks_like_record(std::string_view segment, uint64_t offset, PartitionId& partition) {
  if (offset + kRecordHeaderBytes > segment.size()) return false;
  uint64_t at = offset;
  if (take<uint32_t>(segment, at) != kRecordMagic) return false;
  at = offset + 20;
  partition = take<uint16_t>(segment, at);
  return true;
}

}  // namespace endcap::log_format
