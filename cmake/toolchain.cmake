# Compiler cache, linker, warnings as errors and sanitizers: the same for every layer.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# Tells builds apart: what one build found is not another's (tools/common/check_cache.h).
add_link_options(-Wl,--build-id=sha1)

set(ENDCAP_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
if(ENDCAP_SANITIZE)
  add_compile_options(-fsanitize=${ENDCAP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${ENDCAP_SANITIZE})
  # Instrumented code confuses GCC's flow analysis, in std::regex for one: the release build is where these warnings count.
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # asio has fences that ThreadSanitizer does not model; its queues have mutexes, which it does.
    if(ENDCAP_SANITIZE MATCHES thread)
      add_compile_options(-Wno-tsan)
    endif()
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()

# -O1 keeps sanitizer and debug runs within CI's budget and debug information small.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

add_library(endcap_warnings INTERFACE)
target_compile_options(endcap_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers -Wno-deprecated-declarations>)  # of libstdc++ 12 itself
