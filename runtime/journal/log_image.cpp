// Reading a segment of an image: see log_image.h.
#include "runtime/journal/log_image.h"

#include <fmt/format.h>

#include "runtime/journal/recovery.h"

namespace endcap {

using namespace log_format;

std::expected<LogImage, JournalError> Journal::image(const std::function<void()>&) {
  return std::unexpected(
      JournalError{JournalError::Kind::Io, "This journal has no files that could be copied."});
}

std::expected<std::string, JournalError> read_segment(const LogImage& image, size_t index) {
  const LogImage::Segment& segment = image.segments.at(index);
  const auto damaged = [&](uint64_t offset) {
    return std::unexpected(JournalError{
        JournalError::Kind::Corrupt,
        fmt::format(
            "The journal is damaged: {} at offset {}: a record that was acknowledged is invalid. Stop "
            "the daemon and restore the data folder from an earlier backup.",
            segment.name, offset)});
  };
  auto content = segment.file->read(0, segment.bytes);
  if (!content) return std::unexpected(journal_error(content.error()));
  const auto header = decode_segment_header(*content);
  if (!header || header->sequence != segment.header.sequence) return damaged(0);

  uint32_t chain = segment.header.previous;
  uint64_t end = kSector;
  while (true) {
    std::optional<RecordHeader> record;
    for (const uint64_t at : {end, next_batch(*content, end).value_or(end)}) {
      record = decode_record(*content, at, segment.header.base, seed_of(segment.header));
      if (record && record->previous != chain) record.reset();
      if (!record) continue;
      end = at + record_bytes(record->size);
      chain = record->checksum;
      break;
    }
    if (!record) break;
  }
  const bool newest = index + 1 == image.segments.size();
  const bool whole =
      newest ? align(end, kSector) == segment.bytes : chain == image.segments[index + 1].header.previous;
  if (!whole) return damaged(next_batch(*content, end).value_or(end));
  content->resize(std::min<uint64_t>(content->size(), align(end, kSector)));
  return std::move(*content);
}

}  // namespace endcap
