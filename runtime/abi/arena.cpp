// Arenas and workspaces: the memory of one advance.
#include <algorithm>

#include "runtime/abi/context.h"
#include "runtime/abi/frame.h"
#include "runtime/value/check.h"

namespace endcap::abi {
namespace {

constexpr uint32_t kFirstObject = sizeof(FrameHeader);
constexpr size_t kKeptBytes = 4 * 1024 * 1024;  // a larger arena gives its memory back when it is reset

constexpr uint32_t aligned(uint32_t bytes) { return (bytes + 15) & ~15U; }

}  // namespace

Arena::Arena() : bytes_(4096), size_(kFirstObject) {}

void Arena::reset() {
  if (bytes_.size() > kKeptBytes) {
    bytes_ = std::vector<uint8_t>(4096);
  }
  size_ = kFirstObject;
}

void Arena::rewind(uint32_t size) {
  CHECK(size >= kFirstObject && size <= size_);
  size_ = size;
}

Reference Arena::allocate(uint32_t bytes) {
  CHECK(bytes <= kArenaBytesMax && size_ <= kArenaBytesMax);
  const Reference reference = size_;
  const size_t end = size_t{size_} + aligned(bytes);
  if (end > bytes_.size()) bytes_.resize(std::max(end, bytes_.size() * 2));
  std::memset(bytes_.data() + reference, 0, end - reference);
  size_ = static_cast<uint32_t>(end);
  return reference;
}

Reference Arena::append(std::string_view block) {
  CHECK(block.size() <= kArenaBytesMax);
  const Reference reference = allocate(static_cast<uint32_t>(block.size()));
  std::memcpy(at(reference), block.data(), block.size());
  return reference;
}

void Arena::adopt(std::string_view frame) {
  CHECK(size_ == kFirstObject && frame.size() >= kFirstObject && frame.size() % 16 == 0);
  allocate(static_cast<uint32_t>(frame.size()) - kFirstObject);
  std::memcpy(bytes_.data(), frame.data(), frame.size());
}

Reference Arena::put_text(std::string_view text) {
  if (text.empty()) return 0;
  CHECK(text.size() <= kArenaBytesMax);
  const uint32_t length = static_cast<uint32_t>(text.size());
  const std::string copy = text.data() >= reinterpret_cast<const char*>(bytes_.data()) &&
                                   text.data() < reinterpret_cast<const char*>(bytes_.data() + bytes_.size())
                               ? std::string(text)  // a text of this arena: allocating may move it
                               : std::string();
  const Reference reference = allocate(length + 4);
  std::memcpy(at(reference), &length, 4);
  std::memcpy(at(reference) + 4, copy.empty() ? text.data() : copy.data(), length);
  return reference;
}

std::string_view Arena::text(Cell cell) const {
  const Reference reference = static_cast<Reference>(cell.bits);
  if (reference == 0) return {};
  uint32_t length;
  std::memcpy(&length, at(reference), 4);
  return {reinterpret_cast<const char*>(at(reference)) + 4, length};
}

Workspace::Workspace(const Program& program, BlobSource* blobs) : frame_(kSlotsMax), operands_(kSlotsMax) {
  context_.frame = frame_.data();
  context_.operands = operands_.data();
  context_.arena = &arena_;
  context_.program = &program;
  context_.blobs = blobs;
  reset();
}

void Workspace::reset() {
  arena_.reset();
  context_.arena_base = arena_.base();
  context_.input = Cell();
  context_.input_tag = context_.input_detail = 0;
  context_.next_state = context_.outcome = context_.compensate = 0;
  context_.frame_count = context_.operand_count = 0;
  context_.fault = 0;
  context_.fault_place = {};
}

}  // namespace endcap::abi
