// The build id that the linker left in this executable (ELF note NT_GNU_BUILD_ID).
#include <elf.h>
#include <link.h>

#include <cstring>

#include "tools/common/check_cache.h"

namespace endcap {

namespace {

std::string hex_of(const unsigned char* bytes, size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

std::string build_id_in(const char* notes, size_t size) {
  for (const char* end = notes + size; notes + sizeof(ElfW(Nhdr)) <= end;) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof note);
    const char* name = notes + sizeof note;
    const char* content = name + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0)
      return hex_of(reinterpret_cast<const unsigned char*>(content), note.n_descsz);
    notes = content + padded(note.n_descsz);
  }
  return "";
}

// The first object is the executable itself.
int look_at_executable(dl_phdr_info* object, size_t, void* result) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    if (part.p_type != PT_NOTE) continue;
    const char* notes = reinterpret_cast<const char*>(object->dlpi_addr + part.p_vaddr);
    std::string id = build_id_in(notes, part.p_memsz);
    if (id.empty()) continue;
    *static_cast<std::string*>(result) = std::move(id);
    break;
  }
  return 1;
}

}  // namespace

std::string build_identity() {
  std::string id;
  dl_iterate_phdr(look_at_executable, &id);
  return id;
}

}  // namespace endcap
