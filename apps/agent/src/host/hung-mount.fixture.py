"""Mounts a FUSE filesystem that never answers, says "mounted", and takes it away when its standard input ends.

usage: python3 hung-mount.fixture.py FOLDER   (needs root and /dev/fuse; exit code 3 when it may not mount)
"""
import ctypes
import os
import sys

folder = sys.argv[1].encode()
libc = ctypes.CDLL(None, use_errno=True)
try:
    device = os.open("/dev/fuse", os.O_RDWR)
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(3)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
if libc.mount(b"hung", folder, b"fuse", 0, options) != 0:
    print(os.strerror(ctypes.get_errno()), file=sys.stderr)
    sys.exit(3)
print("mounted", flush=True)
sys.stdin.read()
# Closing the device ends every question that waits; detaching frees the folder.
os.close(device)
libc.umount2(folder, 2)
