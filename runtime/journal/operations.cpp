// Row operations as the bytes of a record, and back. Version 1: {u8 version, u32 count, [u8 table, u8 has
// value, u32 key size, key, u32 value size, value]*}; sizes little-endian.
#include <fmt/format.h>

#include "runtime/journal/journal.h"

namespace endcap {
namespace {

constexpr uint8_t kOperationsVersion = 1;

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

std::string encode_operations(const std::vector<RowOperation>& operations) {
  std::string out;
  size_t size = 5;
  for (const RowOperation& operation : operations)
    size += 10 + operation.key.size() + (operation.value ? operation.value->size() : 0);
  out.reserve(size);
  out.push_back(static_cast<char>(kOperationsVersion));
  put_size(out, operations.size());
  for (const RowOperation& operation : operations) {
    out.push_back(static_cast<char>(operation.table));
    out.push_back(operation.value ? 1 : 0);
    put_bytes(out, operation.key);
    if (operation.value) put_bytes(out, *operation.value);
  }
  return out;
}

std::expected<std::vector<RowOperation>, JournalError> decode_operations(std::string_view bytes) {
  Reader reader{bytes};
  const uint8_t version = reader.byte();
  if (reader.good && version != kOperationsVersion) {
    return std::unexpected(JournalError{
        JournalError::Kind::WrongFormat,
        fmt::format("A record's operations are of format {}, this program reads format {}. Use the "
                    "release that wrote them, or the next one after it.",
                    version, kOperationsVersion)});
  }
  std::vector<RowOperation> operations;
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
  return operations;
}

}  // namespace endcap
