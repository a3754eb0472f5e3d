// The log as it stands at one moment, to be copied while it goes on.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "runtime/journal/disk.h"
#include "runtime/journal/journal.h"
#include "runtime/journal/log_format.h"

namespace endcap {

struct LogImage {
  struct Segment {
    log_format::SegmentHeader header;
    std::string name;
    std::shared_ptr<File> file;  // may be read after the segment was removed
    uint64_t bytes = 0;          // that are acknowledged: of the last segment, what follows is being written
  };
  std::vector<Segment> segments;  // in order
};

// The content of one segment of an image, up to its last record, each record checked against its checksum and
// the chain. Errors name the segment and the offset.
std::expected<std::string, JournalError> read_segment(const LogImage& image, size_t index);

}  // namespace endcap
