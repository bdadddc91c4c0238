#!/bin/sh
echo "notified: $1"
