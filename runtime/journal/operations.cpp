// Row operations as the bytes of a record, and back. Version 1: {u8 version, u32 count, [u8 table, u8 has
// value, u32 key size, key, u32 value size, value]*}; sizes little-endian. Version 2, of a part: {u8 version,
// u32 part, u32 parts, u32 count, ...}.
#include <fmt/format.h>

#include <span>

#include "runtime/journal/journal.h"

namespace endcap {
namespace {

constexpr uint8_t kWhole = 1, kPart = 2;
constexpr size_t kPartHeaderBytes = 13;

void put_size(std::string& out, size_t size) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(size >> (8 * i)));
}

void put_bytes(std::string& out, std::string_view bytes) {
  put_size(out, bytes.size());
  out.append(bytes);
}

struct Reader {
  std::string_view bytes;
  bool good = true;

  uint8_t byte() {
    if (bytes.empty()) {
      good = false;
      return 0;
    }
    const auto value = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    return value;
  }
  uint32_t size() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= uint32_t{byte()} << (8 * i);
    return value;
  }
  std::string_view text() {
    const uint32_t length = size();
    if (length > bytes.size()) {
      good = false;
      return {};
    }
    auto value = bytes.substr(0, length);
    bytes.remove_prefix(length);
    return value;
  }
};

}  // namespace

namespace {

size_t bytes_of(const RowOperation& operation) {
  return 10 + operation.key.size() + (operation.value ? operation.value->size() : 0);
}

void put_operations(std::string& out, std::span<const RowOperation> operations) {
  put_size(out, operations.size());
  for (const RowOperation& operation : operations) {
    out.push_back(static_cast<char>(operation.table));
    out.push_back(operation.value ? 1 : 0);
    put_bytes(out, operation.key);
    if (operation.value) put_bytes(out, *operation.value);
  }
}

}  // namespace

std::string encode_operations(const std::vector<RowOperation>& operations) {
  std::string out;
  size_t size = 5;
  for (const RowOperation& operation : operations) size += bytes_of(operation);
  out.reserve(size);
  out.push_back(static_cast<char>(kWhole));
  put_operations(out, operations);
  return out;
}

std::expected<std::vector<EncodedPart>, std::string> encode_parts(const std::vector<RowOperation>& operations,
                                                                  size_t bytes_max) {
  std::vector<std::span<const RowOperation>> pieces;
  size_t first = 0, size = kPartHeaderBytes;
  for (size_t i = 0; i < operations.size(); ++i) {
    const size_t bytes = bytes_of(operations[i]);
    if (kPartHeaderBytes + bytes > kRecordBytesMax)
      return std::unexpected(fmt::format("a row of {} bytes is larger than a record may be", bytes));
    if (size + bytes > bytes_max && i > first) {
      pieces.push_back(std::span(operations).subspan(first, i - first));
      first = i;
      size = kPartHeaderBytes;
    }
    size += bytes;
  }
  pieces.push_back(std::span(operations).subspan(first));
  std::vector<EncodedPart> parts;
  if (pieces.size() == 1) {
    parts.push_back({encode_operations(operations), operations.size()});
    return parts;
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    std::string out;
    out.push_back(static_cast<char>(kPart));
    put_size(out, i + 1);
    put_size(out, pieces.size());
    put_operations(out, pieces[i]);
    parts.push_back({std::move(out), pieces[i].size()});
  }
  return parts;
}

std::expected<RecordOperations, JournalError> decode_operations(std::string_view bytes) {
  Reader reader{bytes};
  const uint8_t version = reader.byte();
  if (reader.good && version != kWhole && version != kPart) {
    return std::unexpected(JournalError{
        JournalError::Kind::WrongFormat,
        fmt::format("A record's operations are of format {}, this program reads formats {} and {}. Use the "
                    "release that wrote them, or the next one after it.",
                    version, kWhole, kPart)});
  }
  RecordOperations record;
  if (version == kPart) {
    record.part = reader.size();
    record.parts = reader.size();
    if (record.part == 0 || record.part > record.parts) reader.good = false;
  }
  std::vector<RowOperation>& operations = record.operations;
  const uint32_t count = reader.size();
  for (uint32_t i = 0; i < count && reader.good; ++i) {
    RowOperation operation;
    operation.table = static_cast<Table>(reader.byte());
    const uint8_t has_value = reader.byte();
    operation.key = reader.text();
    if (has_value == 1) operation.value = reader.text();
    if (has_value > 1 || operation.table == Table{}) reader.good = false;
    if (reader.good) operations.push_back(std::move(operation));
  }
  if (!reader.good || !reader.bytes.empty()) {
    return std::unexpected(JournalError{JournalError::Kind::Corrupt,
                                        "A record's operations can't be decoded: they are damaged."});
  }
  return record;
}

}  // namespace endcap
